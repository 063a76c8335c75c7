module example.com/folders
