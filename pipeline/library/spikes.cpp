{# The spikes of a step: nearly all neurons have none, so sixty-four are asked at once. #}
{# USES_VARIABLES { N, spiking } #}
{% extends 'common_group.cpp' %}
{% block maincode %}
    {% set _spiking = get_array_name(variables['spiking']) %}
    {% set _spikes = get_array_name(eventspace_variable) %}
    const int _MANY = 64;
    int _count = 0;
    for (int _from = 0; _from < N; _from += _MANY)
    {
        const int _to = _from + _MANY < N ? _from + _MANY : N;
        int _any = 0;
        for (int _i = _from; _i < _to; _i++)
            _any |= {{_spiking}}[_i];
        if (_any)
            for (int _i = _from; _i < _to; _i++)
                if ({{_spiking}}[_i])
                    {{_spikes}}[_count++] = _i;
    }
    {{_spikes}}[N] = _count;
{% endblock %}

{% block after_code %}
    {{get_array_name(eventspace_variable)}}[N] = 0;
{% endblock %}
