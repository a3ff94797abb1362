namespace Queqiao.Text.Searching;

/// <summary>What a token stands for. Tokens of different kinds are different even when their letters are the same.</summary>
public enum TokenKind : byte
{
    /// <summary>A whole word, as <see cref="WordForms.Stem"/> gives it, or a whole number.</summary>
    Word = 1,

    /// <summary>The first 3, 5 or 8 characters of a longer word.</summary>
    Prefix = 2,

    /// <summary>The last four digits of a number: people know their phone and order numbers by these.</summary>
    Ending = 3,

    /// <summary>One character, or two neighbours, of a text written without spaces.</summary>
    Gram = 4,

    /// <summary>An emoji.</summary>
    Symbol = 5,
}

/// <summary>Takes tokens. The letters are only valid during the call.</summary>
public interface ITokenSink
{
    /// <summary>One token. The same one may come several times.</summary>
    void Add(TokenKind kind, ReadOnlySpan<char> token);
}
