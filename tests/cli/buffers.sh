# The buffers of a trace.
trace mixed
trace many
trace damaged
try etwire buffers mixed.etl
try etwire buffers -o json mixed.etl
try etwire buffers many.etl
try etwire buffers damaged.etl
try etwire buffers -o json damaged.etl
