package shop.order;

import shop.base.*;

interface Priced {
	Money price();
}
