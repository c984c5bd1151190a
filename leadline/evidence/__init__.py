"""What others found: studies in, a pooled estimate, a prior for children and its tipping point out."""
