package shop.base;

public final class Money implements Comparable<Money> {
	public static Money parse(String text) {
		return new Money();
	}

	public Money add(Money other) {
		return this;
	}
}
