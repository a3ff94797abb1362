namespace Queqiao.Server.Platform.Problems;

/// <summary>What is wrong with one field: a message code and the values its text names.</summary>
internal sealed record FieldFault(string Code, params object[] Args);

/// <summary>
/// "No", as a value: the status of the answer, a stable code (flat snake case) and the values its text names.
/// The text itself is chosen by the reader's language when it is written, see <see cref="ToProblem"/>.
/// </summary>
internal sealed record Refusal(int Status, string Code, params object[] Args)
{
    /// <summary>Faults by field, named as on the wire (<c>email</c>, <c>settings.color</c>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FieldFault>>? Fields { get; init; }

    /// <summary>When asking again makes sense; written as whole seconds in Retry-After (RFC 9110 10.2.3).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Not there, or not visible to this reader: the two are told apart by nobody.</summary>
    public static Refusal NotFound() => new(StatusCodes.Status404NotFound, "not_found");

    /// <summary>Nobody is signed in.</summary>
    public static Refusal Unauthenticated(string code = "unauthenticated") => new(StatusCodes.Status401Unauthorized, code);

    /// <summary>Visible, but this reader may not do it.</summary>
    public static Refusal Forbidden(string code = "forbidden", params object[] args) => new(StatusCodes.Status403Forbidden, code, args);

    /// <summary>The state of the thing does not allow it now.</summary>
    public static Refusal Conflict(string code = "conflict", params object[] args) => new(StatusCodes.Status409Conflict, code, args);

    /// <summary>The request as a whole cannot be meant (an unknown parameter, say).</summary>
    public static Refusal BadRequest(string code, params object[] args) => new(StatusCodes.Status400BadRequest, code, args);

    /// <summary>One field is wrong; <see cref="And"/> adds others.</summary>
    public static Refusal Invalid(string field, string code, params object[] args) =>
        new Refusal(StatusCodes.Status400BadRequest, "validation").And(field, code, args);

    /// <summary>Several fields are wrong; null when none is, so that a checker ends with <c>Refusal.Of(faults)</c>.</summary>
    public static Refusal? Of(IEnumerable<(string Field, FieldFault Fault)> faults)
    {
        var byField = faults.GroupBy(f => f.Field, f => f.Fault, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, IReadOnlyList<FieldFault> (g) => [.. g], StringComparer.Ordinal);
        return byField.Count == 0 ? null : new Refusal(StatusCodes.Status400BadRequest, "validation") { Fields = byField };
    }

    /// <summary>Asked too often.</summary>
    public static Refusal TooMany(TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limited") { RetryAfter = retryAfter };

    /// <summary>The server cannot do it at the moment; nothing was changed.</summary>
    public static Refusal Unavailable(string code = "busy", TimeSpan? retryAfter = null) =>
        new(StatusCodes.Status503ServiceUnavailable, code) { RetryAfter = retryAfter };

    /// <summary>The same refusal with one more field at fault.</summary>
    public Refusal And(string field, string code, params object[] args)
    {
        var fields = new Dictionary<string, IReadOnlyList<FieldFault>>(Fields ?? new Dictionary<string, IReadOnlyList<FieldFault>>(), StringComparer.Ordinal);
        fields[field] = [.. fields.GetValueOrDefault(field, []), new FieldFault(code, args)];
        return this with { Fields = fields };
    }

    /// <summary>The answer on the wire: application/problem+json (RFC 9457) in the language of the request.</summary>
    public ProblemResult ToProblem() => new(this);

    /// <summary>The whole seconds of <see cref="RetryAfter"/>, rounded up and at least 1.</summary>
    public long? RetryAfterSeconds => RetryAfter is { } wait ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)) : null;
}
