pub fn clamp(n: u32) -> u32 {
    n.min(10)
}
