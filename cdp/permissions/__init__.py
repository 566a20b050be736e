"""What customers permit, what they are asked, and how both change."""
