"""Letters and text messages: their words, whom each is for, and how they leave."""
