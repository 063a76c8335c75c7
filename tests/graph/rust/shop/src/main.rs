mod orders;
mod store;

use store::{open, Store};

fn main() {
    let shop = open(3);
    shop.take(1);
    orders::send(&shop);
    let other = Store::new(2);
    other.take(2);
    run(twice);
}

fn run(f: fn(u32) -> u32) -> u32 {
    f(1)
}

fn twice(n: u32) -> u32 {
    2 * n
}
