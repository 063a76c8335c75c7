git config flywheel.mbox "$HOME/mail/list.mbox"
