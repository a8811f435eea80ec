"""What all layers are made of: the class `Layer`, by concern.

layer           weights, building, calling, configs
call_arguments  the arguments of `call`, and what is filled in for a caller
masks           which steps of a sequence are there
policy          the dtype that a layer computes in
shapes          nests of shapes
tracking        the layers, variables and metrics that attributes hold
weighted        layers with a kernel, a bias, an activation
"""
