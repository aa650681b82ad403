var re = /[/;
