<?php
class Cart extends Base
{
    private ?Shelf $shelf;
    protected static Stock|Store $stock;

    public function __construct(private Repo $repo) { parent::__construct(); }

    public function go(Item $item, $other = null): Result
    {
        $this->repo->find(1)->save();
        $x = new Order(1);
        $y = $x;
        $this->last = $x;
        $z = compute($x);
        $w = $this->total($x);
        $v = Order::find(1);
        self::make(); static::go(); parent::go();
        \Lib\helper(); namespace\near(); Sub\far(); \strlen('x');
        $f = strlen(...); $g = $this->go(...); $h = Order::pay(...);
        usort($list, [$this, 'compare']);
        usort($list, [Order::class, 'byPrice']);
        array_map('trim', $list);
        $item?->price(); $item->$name(); $cls::stat(); new $cls; new \Lib\Tool; new static;
        $closure = fn($a) => inner($a);
        $closure(1);
        if ($x instanceof Order) {}
        try {} catch (NotFound | \Lib\Broken $e) { $e->show(); }
        new class(1) extends Base { function hidden() { shown(); } };
        echo Order::class, Order::LIMIT, Order::$count;
        return $x;
    }
}
