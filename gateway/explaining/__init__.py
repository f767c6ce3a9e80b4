"""What a request would come to, told before anybody is asked."""
