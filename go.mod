module passalong

go 1.26.8
