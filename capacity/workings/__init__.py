"""The arithmetic of a plan at expected values, laid open: inputs, and what is made of them."""
