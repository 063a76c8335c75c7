# frozen_string_literal: true

# A shop.
module Shop
  LIMIT = 3
  # Doc of the first thing.
  class Order < Base
    # Doc of a method.
    # And more.
    def initialize(id, count = 1, *rest, key:, opt: 2, **more, &block)
    end

    # Far from it.

    def total; end

    def self.make(x) = new(x)

    class << self
      def build; end
    end

    attr_accessor :name, :state
    attr_reader :id
    mattr_accessor :config

    Point = Struct.new(:x, :y) do
      def distance; end
    end
    Failure = Class.new(StandardError)
    Pair = Data.define(:left, :right)

    def ==(other); end
    def [](key); end
    def state=(value); end
    def empty?; end
    def save!; end

    alias size total
    alias_method :length, :total
    define_method(:dynamic) { |a| a }
    define_method("quoted") do |a|
      a
    end
    define_method(computed) { }

    class Inner::Deep
      def go; end
    end
  end

  # Opened again.
  class Order
    def more; end
  end
end

class Shop::Stock < Shop::Base::Thing
  def count; end
end

def Shop.helper; end

def top_level(a)
  lambda { |x| x }
  ->(y) { y }
end
