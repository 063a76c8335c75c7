// cyclomatic 4: itself, loop, if, &&; cognitive 1 + 2 + 1.
fn first(items: &[i32], want: i32) -> i32 {
    for item in items {
        if *item == want && want > 0 {
            return *item;
        }
    }
    -1
}

fn sign(n: i32) -> &'static str {
    if n < 0 {
        "-"
    } else if n > 0 {
        "+"
    } else {
        "0"
    }
}

fn word(n: u32) -> Result<&'static str, Error> {
    let Some(n) = check(n)? else { return Err(Error) };
    'outer: loop {
        while let Some(x) = next() {
            if x > n || x == 0 {
                continue 'outer;
            }
        }
        break;
    }
    Ok(match n {
        1 => "one",
        2 | 3 if n > 1 => "some",
        _ => "many",
    })
}
