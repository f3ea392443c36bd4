"""Cases: from leads to what is published. Who may do what, and when, is held here, for every door of the program."""
