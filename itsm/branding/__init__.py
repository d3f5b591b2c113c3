"""How the house shows itself: its name, its logo and its colour, on pages and in mails."""
