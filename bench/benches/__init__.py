"""One module a subject, each with its BENCHES by name."""
