{# One step, in SUBSTEPS short ones, for the neurons in or near a spike; run before the others take theirs.

   They are copied side by side into arrays of their own, so that the compiler does many at once, and back. The code of
   a substep reaches arrays through pointers that Brian2 names; in the inner block these names are the copies'. #}
{# USES_VARIABLES { N, v, blind, V_spike } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% set _v = get_array_name(variables['v']) %}
    {% set _blind = get_array_name(variables['blind']) %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code['substep']|autoindent}}
    {{scalar_code['middle']|autoindent}}
    {{scalar_code['end']|autoindent}}
    const int _LANES = 16, _MOST = 64;
    const float _steep = {{get_array_name(variables['V_spike'])}}[0] - {{below_spike}};
    int _chosen[_MOST];
    int _from = 0;
    while (_from < N)
    {
        int _n = 0;
        for (; _from < N && _n <= _MOST - _LANES; _from += _LANES)
        {
            const int _to = _from + _LANES < N ? _from + _LANES : N;
            int _any = 0;
            for (int _i = _from; _i < _to; _i++)
                _any |= ({{_v}}[_i] > _steep) | ({{_blind}}[_i] != 0);
            if (_any)
                for (int _i = _from; _i < _to; _i++)
                    if ({{_v}}[_i] > _steep || {{_blind}}[_i] != 0)
                        _chosen[_n++] = _i;
        }
        if (_n == 0) continue;
        const int _full = (_n + _LANES - 1) / _LANES * _LANES;
        {% for name in lanes %}
        alignas(64) {{c_data_type(variables[name].dtype)}} _lane_{{name}}[_MOST];
        for (int _k = 0; _k < _full; _k++)
            _lane_{{name}}[_k] = {{get_array_name(variables[name])}}[_chosen[_k < _n ? _k : 0]];
        {% endfor %}
        {
            {% for name in lanes %}
            {{c_data_type(variables[name].dtype)}}* __restrict {{get_array_name(variables[name])}} = _lane_{{name}};
            {% endfor %}
            for (int _substep = 0; _substep < {{substeps}}; _substep++)
            {
                if (_substep == {{substeps // 2}})
                    for (int _idx = 0; _idx < _full; _idx++)
                    {
                        const size_t _vectorisation_idx = _idx;
                        {{vector_code['middle']|autoindent}}
                    }
                for (int _idx = 0; _idx < _full; _idx++)
                {
                    const size_t _vectorisation_idx = _idx;
                    {{vector_code['substep']|autoindent}}
                }
            }
            for (int _idx = 0; _idx < _full; _idx++)
            {
                const size_t _vectorisation_idx = _idx;
                {{vector_code['end']|autoindent}}
            }
        }
        for (int _k = 0; _k < _n; _k++)
        {
            {% for name in written %}
            {{get_array_name(variables[name])}}[_chosen[_k]] = _lane_{{name}}[_k];
            {% endfor %}
        }
    }
{% endblock %}
