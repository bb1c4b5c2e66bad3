# What a trace is.
trace mixed
trace many
trace damaged
try etwire info mixed.etl
try etwire info -o json mixed.etl
try etwire info many.etl mixed.etl
try etwire info -o json many.etl
try etwire info damaged.etl
