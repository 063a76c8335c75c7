module Shop
  module Priced
    def price = 1
  end
end
