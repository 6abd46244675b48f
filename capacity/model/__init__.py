"""The mathematics: pure functions on arrays, what it is about first and the trial last."""
