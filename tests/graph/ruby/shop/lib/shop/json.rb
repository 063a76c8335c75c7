module Shop
  module Json; end
end
