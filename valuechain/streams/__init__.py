"""Value streams: the way a demand takes through the activities, and where its time goes."""
