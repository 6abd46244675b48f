"""The arithmetic of one number: from a figure of the table down to the inputs it is made of."""
