# Put before a program by RUBYOPT=-r: writes each call that stands in $CALLS_FOLDER to
# $CALLS_PLACES.<pid>, once: its file and line, what it calls, the class that is made where that is
# initialize, and the file and line where it is defined (empty for what is built in; attr_reader
# is not), between tabs.
folder = "#{ENV['CALLS_FOLDER']}/"
out = File.open("#{ENV['CALLS_PLACES']}.#{Process.pid}", 'w')
out.sync = true
seen = {}
places = Hash.new do |known, (owner, name)|
  known[[owner, name]] = (owner.instance_method(name).source_location || ['', 0]).join("\t")
rescue NameError
  known[[owner, name]] = "\t0"
end
TracePoint.trace(:call, :c_call) do |point|
  if point.event == :call
    caller = caller_locations(2, 1)&.first
    next unless caller

    file, line, target = caller.absolute_path, caller.lineno, "#{point.path}\t#{point.lineno}"
  else
    file, line, target = point.path, point.lineno, places[[point.defined_class, point.method_id]]
  end
  next unless file&.start_with?(folder)

  made = point.method_id == :initialize ? point.self.class.to_s[/\w+\z/] : nil
  row = "#{file}\t#{line}\t#{point.method_id}\t#{made}\t#{target}\n"
  next if seen[row]

  seen[row] = true
  out.write(row)
end
