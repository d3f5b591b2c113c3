"""The service desk: five kinds of ticket, how they come in, and what is said on them."""
