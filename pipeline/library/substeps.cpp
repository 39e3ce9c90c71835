{# The last step again, in short ones, for the neurons that were in or near a spike when it began.

   Their states side by side in `_lane_` arrays, so that the compiler does many at once; they stay there as long as
   a neuron does. The code of a substep reaches arrays through pointers that Brian2 names; in the inner block these names
   are those of the lanes. #}
{# USES_VARIABLES { N, v, near, blind, gate_step, dt } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% set _v = get_array_name(variables['v']) %}
    {% set _near = get_array_name(variables['near']) %}
    {% set _blind = get_array_name(variables['blind']) %}
    const size_t _vectorisation_idx = -1;
    const int _LANES = 16;
    static const int _MOST = (N + _LANES - 1) / _LANES * _LANES;
    static int _n = 0;
    static int _neuron[_MOST];
    {% for name in lanes %}
    alignas(64) static {{c_data_type(variables[name].dtype)}} _lane_{{name}}[_MOST];
    {% endfor %}
    const int _full = (_n + _LANES - 1) / _LANES * _LANES;
    {% for name in read %}
    for (int _k = 0; _k < _n; _k++)
        _lane_{{name}}[_k] = {{get_array_name(variables[name])}}[_neuron[_k]];
    {% endfor %}
    {% for name in lanes %}
    for (int _k = _n; _k < _full; _k++)
        _lane_{{name}}[_k] = _lane_{{name}}[0];
    {% endfor %}
    {
        {% for name in lanes %}
        {{c_data_type(variables[name].dtype)}}* __restrict {{get_array_name(variables[name])}} = _lane_{{name}};
        {% endfor %}
        {
            {{scalar_code['begin']|autoindent}}
            for (int _idx = 0; _idx < _full; _idx++)
            {
                const size_t _vectorisation_idx = _idx;
                {{vector_code['begin']|autoindent}}
            }
        }
        {{scalar_code['substep']|autoindent}}
        for (int _substep = 0; _substep < {{substeps}}; _substep++)
        {
            for (int _idx = 0; _idx < _full; _idx++)
            {
                const size_t _vectorisation_idx = _idx;
                {{vector_code['substep']|autoindent}}
            }
            if (_substep == {{substeps // 2 - 1}})
                {
                    {{scalar_code['middle']|autoindent}}
                    for (int _idx = 0; _idx < _full; _idx++)
                    {
                        const size_t _vectorisation_idx = _idx;
                        {{vector_code['middle']|autoindent}}
                    }
                }
        }
    }
    for (int _k = 0; _k < _n; _k++)
    {
        {% for name in ('v', 'v_slope', 'blind', 'spiking', 'above', 'spike_lag') %}
        {{get_array_name(variables[name])}}[_neuron[_k]] = _lane_{{name}}[_k];
        {% endfor %}
    }
    // lanes keep their gates as they are; the group gets them half a step behind v
    {% for name in gates %}
    alignas(64) static {{c_data_type(variables[name].dtype)}} _behind_{{name}}[_MOST];
    for (int _k = 0; _k < _full; _k++)
        _behind_{{name}}[_k] = _lane_{{name}}[_k];
    {% endfor %}
    {
        {{c_data_type(variables['v'].dtype)}}* __restrict {{_v}} = _lane_v;
        {{c_data_type(variables['near'].dtype)}}* __restrict {{_near}} = _lane_near;
        {% for name in gates %}
        {{c_data_type(variables[name].dtype)}}* __restrict {{get_array_name(variables[name])}} = _behind_{{name}};
        {% endfor %}
        {
            {{scalar_code['end']|autoindent}}
            for (int _idx = 0; _idx < _full; _idx++)
            {
                const size_t _vectorisation_idx = _idx;
                {{vector_code['end']|autoindent}}
            }
        }
    }
    for (int _k = 0; _k < _n; _k++)
    {
        {{_near}}[_neuron[_k]] = _lane_near[_k];
        {% for name in gates %}
        {{get_array_name(variables[name])}}[_neuron[_k]] = _behind_{{name}}[_k];
        {% endfor %}
    }

    // what arrived within the step is in v now
    {% for name in late %}
    memset({{get_array_name(variables[name])}}, 0, N * sizeof({{c_data_type(variables[name].dtype)}}));
    {% endfor %}

    // who takes the next step so: both lists ascend, so those that stay are met in order and keep their lane's gates
    static int _stayed[_MOST];
    static int _next[_MOST];
    int _found = 0, _old = 0;
    for (int _from = 0; _from < N; _from += _LANES)
    {
        const int _to = _from + _LANES < N ? _from + _LANES : N;
        int _any = 0;
        for (int _i = _from; _i < _to; _i++)
            _any |= {{_near}}[_i] | {{_blind}}[_i];
        if (_any)
            for (int _i = _from; _i < _to; _i++)
                if ({{_near}}[_i] | {{_blind}}[_i])
                {
                    while (_old < _n && _neuron[_old] < _i) _old++;
                    _stayed[_found] = _old < _n && _neuron[_old] == _i ? _old : -1;
                    _next[_found++] = _i;
                }
    }
    {% for name in carried %}
    {
        static {{c_data_type(variables[name].dtype)}} _kept[_MOST];
        {% if name == 'gate_step' %}
        // from half a step behind v to half a substep before the end of the first
        const {{c_data_type(variables[name].dtype)}} _first = {{get_array_name(variables['dt'])}}[0]*{{first}};
        {% endif %}
        for (int _k = 0; _k < _found; _k++)
            _kept[_k] = _stayed[_k] >= 0 ? _lane_{{name}}[_stayed[_k]] : {% if name == 'gate_step' %}_first{% else %}{{get_array_name(variables[name])}}[_next[_k]]{% endif %};
        for (int _k = 0; _k < _found; _k++)
            _lane_{{name}}[_k] = _kept[_k];
    }
    {% endfor %}
    for (int _k = 0; _k < _found; _k++)
        _neuron[_k] = _next[_k];
    _n = _found;
{% endblock %}
