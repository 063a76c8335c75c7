flat() { :; }

branches() { # 1 + if elif = 3; cognitive 1 + 1 + 1
	if a; then b
	elif c; then d
	else e; fi
}

loops() { # 1 + for for while until = 5; cognitive 1 + 2 + 3 + 1
	for i in 1 2; do
		for ((k = 0; k < 3; k++)); do
			while x; do y; done
		done
	done
	until z; do :; done
}

choice() { # 1 + 2 cases; cognitive 1
	case $1 in
	a | b) x ;;
	c) y ;;
	*) z ;;
	esac
}

operators() { # 1 + 5; cognitive: && run, ||, and those of the tests
	a && b && c || d
	[[ $x && $y ]]
	((x > 1 || y))
}

ternary() { # 2; cognitive 1
	echo $((a ? b : c))
}
