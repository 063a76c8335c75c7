def branches(a, b) # 1 + if elsif = 3; cognitive 1 + 1 + 1
  if a
    1
  elsif b
    2
  else
    3
  end
end

def modifiers(a) # 1 + 4; cognitive 4
  return unless a
  x if a
  x while a
  x until a
end

def loops(a) # 1 + while until for if; cognitive 1 + 1 + 1 + 2
  while a do end
  until a do end
  for i in a do
    x if i
  end
end

def cases(a) # 1 + 2 + 3 (two `in`, one guard); cognitive 2
  case a
  when 1, 2 then x
  when 3 then y
  else z
  end
  case a
  in {k: Integer => n} if n > 1 then x
  in [1, *] then y
  in _ then z
  end
end

def errors # 1 + 2; cognitive 2
  a
rescue A, B => e
  b
rescue C
  c
else
  d
ensure
  e
end

def errors_inline = a rescue b

def operators(a, b, c, d) # 1 + 6; cognitive 5 as each run is of one operator
  a && b && c || d
  a and b or c
  a ? b : c
end

def blocks(list) # 1 + if unless; cognitive 2 + 3
  list.each do |item|
    x if item
    item.each { |y| y unless item }
  end
end
