using Queqiao.Text.Folding;

namespace Queqiao.Text.Languages;

/// <summary>Tells in which language a text is written: by its script, and Latin and Cyrillic ones by their commonest words.</summary>
public static class LanguageGuess
{
    private static readonly (string Tag, HashSet<string> Words)[] Latin =
    [
        ("en", Set("the a an is are i my you to of and in it for on with do does can how what when where why not have this that me please will your order refund from at be was hello hi")),
        ("fr", Set("le la les un une des est je mon vous de et dans pour avec ne pas que qui comment quand où pourquoi bonjour merci commande ce cette du au sur suis")),
        ("de", Set("der die das ein eine ist ich mein sie zu und in für mit nicht wie was wann wo warum hallo danke bestellung bitte kann den dem auf von haben wird")),
        ("es", Set("el la los las un una es yo mi usted de y en para con no que como cuando donde por hola gracias pedido quiero mis su del al está puedo")),
        ("pt", Set("o a os as um uma é eu meu você de e em para com não que como quando onde por olá obrigado pedido quero meus seu do da está posso")),
        ("it", Set("il lo la gli un una è io mio lei di e in per con non che come quando dove perché ciao grazie ordine voglio del della sono posso")),
        ("vi", Set("tôi của và là không có cho với được này khi ở đâu như thế nào xin chào cảm ơn đơn hàng bao giờ")),
        ("id", Set("saya anda yang dan di ini itu tidak ada untuk dengan bagaimana kapan mana halo terima kasih pesanan bisa sudah belum")),
    ];

    /// <summary>A language tag: <c>zh-Hans</c>, <c>zh-Hant</c>, <c>en</c>, <c>ja</c>, …; <c>und</c> when the text does not tell.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int han = 0, traditional = 0, kana = 0, hangul = 0, cyrillic = 0, arabic = 0, thai = 0, latin = 0;
        foreach (var letter in text)
        {
            if (Han.IsHan(letter))
            {
                han++;
                traditional += Han.Simplify(letter) != letter ? 1 : 0;
            }
            else if (letter is >= '\u3040' and <= '\u30ff')
                kana++;
            else if (letter is >= '\uac00' and <= '\ud7a3')
                hangul++;
            else if (letter is >= '\u0400' and <= '\u04ff')
                cyrillic++;
            else if (letter is >= '\u0600' and <= '\u06ff')
                arabic++;
            else if (letter is >= '\u0e00' and <= '\u0e7f')
                thai++;
            else if (char.IsLetter(letter))
                latin++;
        }
        if (kana > 0 && kana * 4 >= han)
            return "ja";
        // One Chinese character says as much as a word of letters.
        if (han > 0 && han * 4 >= latin)
            return traditional * 8 > han ? "zh-Hant" : "zh-Hans";
        var most = Math.Max(Math.Max(hangul, cyrillic), Math.Max(arabic, thai));
        if (most > latin)
            return most == hangul ? "ko" : most == cyrillic ? "ru" : most == arabic ? "ar" : "th";
        return latin == 0 ? "und" : Words(text);
    }

    private static string Words(string text)
    {
        var words = text.ToLowerInvariant().Split([' ', ',', '.', '?', '!', ';', ':', '\n', '\'', '’', '"', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        var (best, count) = ("en", 0); // letters without a telling word are English more often than not
        foreach (var (tag, known) in Latin)
        {
            var hits = words.Count(known.Contains);
            if (hits > count)
                (best, count) = (tag, hits);
        }
        return best;
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];
}
