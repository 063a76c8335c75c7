class Good
  def fine
    call_it
  end

  def broken(
    if x
  end

  def after
    other
  end
end
