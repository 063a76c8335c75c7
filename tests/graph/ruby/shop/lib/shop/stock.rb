module Shop
  class Stock
    def count; end

    def take(n); end
  end
end
