using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Imap;

/// <summary>A value in a response: a word, bytes, a list, or nothing.</summary>
internal sealed record ImapValue
{
    /// <summary>A byte a character; null for a list and for NIL.</summary>
    public string? Text { get; init; }

    public IReadOnlyList<ImapValue>? Items { get; init; }

    public bool Is(string word) => Text is not null && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public uint? Number => uint.TryParse(Text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A response as it came: text, and literals between. A literal that went elsewhere is null.</summary>
internal sealed record ImapResponse(IReadOnlyList<string?> Pieces)
{
    private const int MostDepth = 32;
    private const int MostValues = 200_000;

    /// <summary>Pieces at odd places are literals.</summary>
    public string First => Pieces[0]!;

    public bool Begins(string with) => First.StartsWith(with, StringComparison.OrdinalIgnoreCase);

    /// <summary>Everything behind the star as values.</summary>
    public IReadOnlyList<ImapValue> Values() => new Reading(Pieces).All();

    private sealed class Reading(IReadOnlyList<string?> pieces)
    {
        private int _piece;
        private int _at = pieces[0]!.StartsWith("* ", StringComparison.Ordinal) ? 2 : 0;
        private int _count;

        public List<ImapValue> All()
        {
            var values = new List<ImapValue>();
            while (!IsOver())
                values.Add(One(0));
            return values;
        }

        private string Now => pieces[_piece]!;

        private bool IsOver()
        {
            while (true)
            {
                while (_at < Now.Length && Now[_at] == ' ')
                    _at++;
                if (_at < Now.Length)
                    return false;
                return _piece + 1 >= pieces.Count;
            }
        }

        private ImapValue One(int depth)
        {
            if (depth > MostDepth || ++_count > MostValues)
                throw new MailException(MailTrouble.TooMuch, "The answer is nested too deeply.");
            if (_at >= Now.Length)
                return Literal();
            return Now[_at] switch
            {
                '(' => List(depth),
                '"' => new ImapValue { Text = Quoted() },
                ')' => throw new MailException(MailTrouble.Protocol, "A bracket closes nothing."),
                _ => Word(),
            };
        }

        private ImapValue Literal()
        {
            var value = new ImapValue { Text = pieces[_piece + 1] ?? "" };
            _piece += 2;
            _at = 0;
            return value;
        }

        private ImapValue List(int depth)
        {
            var items = new List<ImapValue>();
            for (_at++; !IsOver();)
            {
                if (_at < Now.Length && Now[_at] == ')')
                {
                    _at++;
                    return new ImapValue { Items = items };
                }
                items.Add(One(depth + 1));
            }
            throw new MailException(MailTrouble.Protocol, "A list does not end.");
        }

        private string Quoted()
        {
            var text = new StringBuilder();
            for (_at++; _at < Now.Length; _at++)
            {
                if (Now[_at] == '"')
                {
                    _at++;
                    return text.ToString();
                }
                if (Now[_at] == '\\' && _at + 1 < Now.Length)
                    _at++;
                text.Append(Now[_at]);
            }
            throw new MailException(MailTrouble.Protocol, "A quoted text does not end.");
        }

        /// <summary>Up to a space or bracket; BODY[HEADER.FIELDS (…)] is one word.</summary>
        private ImapValue Word()
        {
            var from = _at;
            var inside = false;
            for (; _at < Now.Length; _at++)
            {
                var c = Now[_at];
                if (c is '[' or ']')
                    inside = c == '[';
                else if (!inside && c is ' ' or '(' or ')' && !inside)
                    break;
            }
            var word = Now[from.._at];
            return word.Equals("NIL", StringComparison.OrdinalIgnoreCase) ? new ImapValue() : new ImapValue { Text = word };
        }
    }
}
