class Account
  def open; end

  protected

  def balance; end

  private

  attr_reader :secret

  def close; end

  def self.find; end

  class Nested
    def free; end
  end

  public

  def shown; end

  private def inline; end

  def after_inline; end
  private_class_method def self.hidden; end
end

class Other
  def public_again; end
end
