namespace Queqiao.Channels;

/// <summary>A text for people, in both languages.</summary>
public sealed record Words(string Zh, string En)
{
    public string In(string language) => language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Zh : En;
}
