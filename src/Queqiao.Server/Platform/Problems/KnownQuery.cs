namespace Queqiao.Server.Platform.Problems;

/// <summary>A query parameter that nobody reads is a mistake of the caller (<c>?asignee=me</c> must not list everything).</summary>
internal static class KnownQuery
{
    /// <summary>The endpoint takes these query parameters and refuses others with <c>unknown_parameter</c>. <c>field.*</c> stands for every name that begins so.</summary>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder endpoint, params string[] names)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.AddEndpointFilter((call, next) =>
        {
            foreach (var name in call.HttpContext.Request.Query.Keys)
            {
                if (!names.Contains(name, StringComparer.Ordinal) && !names.Any(known => known.EndsWith('*') && name.StartsWith(known[..^1], StringComparison.Ordinal)))
                    return ValueTask.FromResult<object?>(Refusal.BadRequest("unknown_parameter", name).ToProblem());
            }
            return next(call);
        });
}
