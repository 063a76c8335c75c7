require 'json'
require "active_record/base"
require_relative 'beside'
require_relative '../lib/up'
load 'tasks/x.rb'
autoload :Order, 'shop/order'
require File.join(__dir__, 'joined')
require File.expand_path('../old', __FILE__)
require File.expand_path('new', __dir__)
require "computed/#{name}"
