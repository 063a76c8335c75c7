//! A shop.

use crate::store::Store;

/// How many fit.
pub const LIMIT: usize = 10;
static mut COUNT: u32 = 0;

/// What sells.
/// Twice.
pub trait Seller: Named + Send {
    type Item;
    fn sell(&self, what: &str, count: usize) -> Result<Self::Item, Error>;
    fn twice(&self) { self.sell("x", 2).unwrap(); }
}

/// A shop.
#[derive(Debug, Clone)]
pub struct Shop<'a, T> {
    store: &'a Store,
    items: Vec<Item<T>>,
}

pub struct Price(u32, Currency);
enum Size { Small, Large { by: u32 } }
union Either { a: u32, b: f32 }
type Names = Vec<String>;

impl<'a, T: Clone> Shop<'a, T> {
    /// Makes one.
    pub fn new(store: &'a Store) -> Self {
        let shop = Shop { store, items: Vec::new() };
        shop
    }

    pub async fn load(&mut self, url: &str) -> Option<&Item<T>> {
        let page = fetch(url).await?;
        self.items.iter().map(Item::price).filter(|p| check(*p)).collect::<Vec<_>>();
        Self::open(self.store.find(page));
        None
    }

    fn open(_store: u32) {}
}

impl<T> Seller for Shop<'_, T> {
    type Item = Price;
    fn sell(&self, what: &str, count: usize) -> Result<Price, Error> {
        println!("{} {}", what, helper(count));
        helper::<u32>(count);
        Ok(Price(1, Currency::default()))
    }
}

fn helper<N: Into<usize>>(count: N) -> usize {
    let double = |n: usize| n * 2;
    fn inner() {}
    inner();
    double(count.into())
}

macro_rules! shout {
    ($x:expr) => { println!("{}", $x) };
}

mod tools {
    pub(crate) fn run() { super::helper(1usize); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sells() {
        assert_eq!(helper(2usize), 4);
    }

    #[tokio::test]
    async fn it_loads() {}
}
