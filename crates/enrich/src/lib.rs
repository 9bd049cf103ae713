//! What is known beyond the event itself: place and, later, memory.
