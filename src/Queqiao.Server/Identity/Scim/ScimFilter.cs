using System.Globalization;
using System.Text.Json;

namespace Queqiao.Server.Identity.Scim;

/// <summary>A filter of RFC 7644 3.4.2.2, read. <see cref="Matches"/> is asked with what a resource has at a path.</summary>
internal abstract record ScimFilter
{
    public abstract bool Matches(Func<string, IEnumerable<object?>> at);

    internal sealed record And(ScimFilter Left, ScimFilter Right) : ScimFilter
    {
        public override bool Matches(Func<string, IEnumerable<object?>> at) => Left.Matches(at) && Right.Matches(at);
    }

    internal sealed record Or(ScimFilter Left, ScimFilter Right) : ScimFilter
    {
        public override bool Matches(Func<string, IEnumerable<object?>> at) => Left.Matches(at) || Right.Matches(at);
    }

    internal sealed record Not(ScimFilter Inner) : ScimFilter
    {
        public override bool Matches(Func<string, IEnumerable<object?>> at) => !Inner.Matches(at);
    }

    /// <param name="Path">As it is written, in lower case: <c>emails.value</c>, <c>members</c>.</param>
    internal sealed record Compare(string Path, string Operator, object? Value) : ScimFilter
    {
        public override bool Matches(Func<string, IEnumerable<object?>> at)
        {
            var values = at(Path).ToList();
            return Operator switch
            {
                "pr" => values.Any(value => value is not null and not ""),
                "ne" => !values.Any(value => Same(value, Value)),
                "eq" => values.Any(value => Same(value, Value)),
                "co" => Texts(values).Any(text => text.Contains(Text, StringComparison.OrdinalIgnoreCase)),
                "sw" => Texts(values).Any(text => text.StartsWith(Text, StringComparison.OrdinalIgnoreCase)),
                "ew" => Texts(values).Any(text => text.EndsWith(Text, StringComparison.OrdinalIgnoreCase)),
                _ => Texts(values).Any(text => Ordered(Compared(text, Text))),
            };
        }

        private string Text => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "";

        private static IEnumerable<string> Texts(IEnumerable<object?> values) => values.OfType<string>();

        private static bool Same(object? one, object? other) => (one, other) switch
        {
            (string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase),
            // Entra writes "True" for true.
            (bool a, string b) => bool.TryParse(b, out var parsed) && a == parsed,
            _ => Equals(one, other),
        };

        private static int Compared(string one, string other) =>
            DateTimeOffset.TryParse(one, CultureInfo.InvariantCulture, out var a) && DateTimeOffset.TryParse(other, CultureInfo.InvariantCulture, out var b) ? a.CompareTo(b) : string.CompareOrdinal(one, other);

        private bool Ordered(int order) => Operator switch { "gt" => order > 0, "ge" => order >= 0, "lt" => order < 0, _ => order <= 0 };
    }

    /// <summary>A filter on the parts of a list: <c>emails[type eq "work"]</c>. Inside, paths are relative.</summary>
    internal sealed record Within(string Path, ScimFilter Inner) : ScimFilter
    {
        public override bool Matches(Func<string, IEnumerable<object?>> at) => Inner.Matches(path => at(Path + "." + path));
    }

    /// <exception cref="ScimException">It is no filter.</exception>
    public static ScimFilter Read(string text) => new Reader(text).Whole();

    private sealed class Reader(string text)
    {
        private const int Deepest = 20;
        private static readonly string[] Operators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"];
        private int _at;
        private int _depth;

        public ScimFilter Whole()
        {
            var filter = Either();
            Space();
            return _at == text.Length ? filter : throw Bad();
        }

        private ScimFilter Either()
        {
            if (++_depth > Deepest)
                throw Bad();
            var left = Both();
            while (Word("or"))
                left = new Or(left, Both());
            _depth--;
            return left;
        }

        private ScimFilter Both()
        {
            var left = One();
            while (Word("and"))
                left = new And(left, One());
            return left;
        }

        private ScimFilter One()
        {
            Space();
            if (Word("not"))
            {
                Space();
                return Take('(') ? new Not(Closed(')')) : throw Bad();
            }
            if (Take('('))
                return Closed(')');
            var path = Path();
            if (Take('['))
                return new Within(path, Closed(']'));
            Space();
            var name = Letters().ToLowerInvariant();
            if (!Operators.Contains(name))
                throw Bad();
            return new Compare(path, name, name == "pr" ? null : Value());
        }

        private ScimFilter Closed(char end)
        {
            var inner = Either();
            Space();
            return Take(end) ? inner : throw Bad();
        }

        // A path may begin with the schema's URN (RFC 7644 3.10).
        private string Path()
        {
            var from = _at;
            while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '.' or ':' or '_' or '-' or '$'))
                _at++;
            return _at > from ? ScimPath.WithoutUrn(text[from.._at]).ToLowerInvariant() : throw Bad();
        }

        private object? Value()
        {
            Space();
            var from = _at;
            if (Take('"'))
            {
                for (; _at < text.Length && text[_at] != '"'; _at++)
                {
                    if (text[_at] == '\\')
                        _at++;
                }
                if (!Take('"'))
                    throw Bad();
                try
                {
                    return JsonSerializer.Deserialize<string>(text[from.._at]);
                }
                catch (JsonException)
                {
                    throw Bad();
                }
            }
            while (_at < text.Length && text[_at] is not (' ' or ')' or ']'))
                _at++;
            return text[from.._at].ToLowerInvariant() switch
            {
                "true" => true,
                "false" => false,
                "null" => null,
                var number when double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
                _ => throw Bad(),
            };
        }

        private string Letters()
        {
            var from = _at;
            while (_at < text.Length && char.IsAsciiLetter(text[_at]))
                _at++;
            return text[from.._at];
        }

        private bool Word(string word)
        {
            Space();
            if (_at + word.Length > text.Length || !text.AsSpan(_at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
                || (_at + word.Length < text.Length && text[_at + word.Length] is not (' ' or '(')))
                return false;
            _at += word.Length;
            return true;
        }

        private bool Take(char letter)
        {
            if (_at >= text.Length || text[_at] != letter)
                return false;
            _at++;
            return true;
        }

        private void Space()
        {
            while (_at < text.Length && text[_at] == ' ')
                _at++;
        }

        private static ScimException Bad() => new(400, "invalidFilter", "The filter cannot be read.");
    }
}

/// <summary>A path of a PATCH (RFC 7644 3.5.2): <c>name.givenName</c>, <c>emails[type eq "work"].value</c>, <c>members[value eq "…"]</c>.</summary>
/// <param name="Attribute">In lower case, without URN.</param>
/// <param name="Filter">Which of a list.</param>
/// <param name="Sub">Of what it leads to.</param>
internal sealed record ScimPath(string Attribute, ScimFilter? Filter, string? Sub)
{
    public static ScimPath Read(string text)
    {
        var rest = WithoutUrn(text.Trim());
        var open = rest.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
        {
            var dot = rest.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? new(rest.ToLowerInvariant(), null, null) : new(rest[..dot].ToLowerInvariant(), null, rest[(dot + 1)..].ToLowerInvariant());
        }
        var close = rest.LastIndexOf(']');
        if (open == 0 || close < open)
            throw new ScimException(400, "invalidPath", "The path cannot be read.");
        var after = rest[(close + 1)..];
        return new(rest[..open].ToLowerInvariant(), ScimFilter.Read(rest[(open + 1)..close]), after.StartsWith('.') ? after[1..].ToLowerInvariant() : after.Length == 0 ? null : throw new ScimException(400, "invalidPath", "The path cannot be read."));
    }

    /// <summary>The name after the last colon of a URN that begins it.</summary>
    public static string WithoutUrn(string path) => path.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) ? path[(path.LastIndexOf(':') + 1)..] : path;
}

/// <summary>An answer in SCIM's own form (RFC 7644 3.12).</summary>
internal sealed class ScimException(int status, string? type, string detail) : Exception(detail)
{
    public int Status => status;

    public string? Type => type;
}
