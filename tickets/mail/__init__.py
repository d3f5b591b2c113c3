"""E-mail in: from bytes nobody vouches for to a ticket, a reply, or a mail that waits for a human."""
