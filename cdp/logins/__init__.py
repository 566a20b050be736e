"""Who is there: customers, administrators and employees coming in, and what a credential stands for now."""
