<?php
namespace App;

class Cart
{
    /**
     * Where they lie.
     *
     * @var \Store\Shelf|null
     */
    protected $shelf;

    /** @var ?Repo */
    private $repo;

    /** @var int */
    private $count;

    /** @var Other */
    private Declared $declared;

    /**
     * Finds one.
     *
     * @param int $id
     * @return Item|null what was found
     */
    public function find($id)
    {
        /** @var Order $order */
        $order = load($id);
        return $order->item();
    }

    /** @return array */
    public function all() { return []; }

    /**
     * The type that is declared counts.
     *
     * @return Other
     */
    public function typed(): Item { return $this->find($this->next(1, [2, 3])); }
}

/** @return \Store\Shelf */
function make() {}
