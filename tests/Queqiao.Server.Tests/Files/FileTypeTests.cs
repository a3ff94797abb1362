using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Platform.Files;

namespace Queqiao.Server.Tests.Files;

/// <summary>Content and extension must agree, and sizes are known before anything is decoded.</summary>
public sealed class FileTypeTests
{
    private static readonly Dictionary<string, byte[]> Contents = new()
    {
        ["jpg"] = Samples.Jpeg(8, 8), ["png"] = Samples.Png(), ["gif"] = Samples.Gif(), ["webp"] = Samples.Webp(), ["wav"] = Samples.Wav(1),
        ["pdf"] = "%PDF-1.7\n"u8.ToArray(), ["zip"] = [0x50, 0x4B, 3, 4, 20, 0], ["txt"] = Encoding.UTF8.GetBytes("您好，我要退款"), ["mp3"] = "ID3\u0004\0"u8.ToArray(),
        ["mp4"] = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 0, 0], ["webm"] = [0x1A, 0x45, 0xDF, 0xA3, 1], ["doc"] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
        ["7z"] = [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], ["exe"] = "MZ\u0090\0\u0003\0\0\0"u8.ToArray(), ["elf"] = "\u007fELF\u0002"u8.ToArray(), ["sh"] = "#!/bin/sh\nrm -rf /"u8.ToArray(),
    };

    [Theory]
    [InlineData("jpg", "jpeg jfif"), InlineData("png", ""), InlineData("gif", ""), InlineData("webp", ""), InlineData("wav", ""), InlineData("pdf", ""), InlineData("zip", "docx xlsx pptx odt"),
     InlineData("txt", "csv md json svg html log"), InlineData("mp3", ""), InlineData("mp4", "mov m4a m4v heic"), InlineData("webm", "mkv weba"), InlineData("doc", "xls ppt wps"), InlineData("7z", "")]
    public void Each_type_is_known_by_its_content_and_no_other_content_passes_for_it(string of, string also)
    {
        var same = also.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(of).ToHashSet();
        foreach (var extension in same)
        {
            var type = FileTypes.ByName("x." + extension)!;
            Assert.Null(FileTypes.Check(type, Contents[of]));
            foreach (var (name, other) in Contents.Where(one => one.Key != of && (of, one.Key) is not ("txt", "pdf"))) // a PDF's first line is text
                Assert.True(FileTypes.Check(type, other) is not null, $"{name} passes for {extension}");
        }
    }

    [Theory]
    [InlineData("exe"), InlineData("elf"), InlineData("sh")]
    public void Programs_are_not_taken_under_any_name(string program)
    {
        foreach (var extension in FileTypes.Extensions)
            Assert.Contains(FileTypes.Check(FileTypes.ByName("x." + extension)!, Contents[program]), (string[])["file_type_not_allowed", "file_type_mismatch"]);
    }

    [Theory]
    [InlineData("a.exe"), InlineData("a.js"), InlineData("a.bat"), InlineData("a.jar"), InlineData("a.apk"), InlineData("a"), InlineData("a.pdf.lnk"), InlineData("a.php"), InlineData("a.docm"), InlineData("a.iso")]
    public void Extensions_that_are_not_listed_are_not_taken(string name) => Assert.Null(FileTypes.ByName(name));

    [Theory]
    [InlineData("a.svg"), InlineData("a.html"), InlineData("a.htm"), InlineData("a.xml"), InlineData("a.pdf")]
    public void What_could_be_a_page_is_never_shown_in_place(string name)
    {
        var type = FileTypes.ByName(name)!;
        Assert.Equal(FileKind.File, type.Kind);
        Assert.DoesNotContain(type.ContentType, (string[])["text/html", "image/svg+xml", "text/xml", "application/xml"]);
    }

    [Fact]
    public void The_header_says_how_large_an_image_is()
    {
        Assert.Equal((123, 45), Header("image/jpeg", Samples.Jpeg(123, 45)));
        Assert.Equal((60, 40), Header("image/png", Samples.Png()));
        Assert.Equal((64, 48), Header("image/webp", Samples.Webp()));
        Assert.Equal((40, 30), Header("image/gif", Samples.Gif()));
        Assert.Equal((60_000, 60_000), Header("image/png", Samples.PngThatClaims(60_000, 60_000)));
        Assert.Null(Header("image/png", Samples.PngThatClaims(0, 10)));
        foreach (var type in (string[])["image/jpeg", "image/png", "image/webp", "image/gif"])
        {
            foreach (var image in (byte[][])[Samples.Jpeg(8, 8), Samples.Png(), Samples.Webp(), Samples.Gif()])
            {
                for (var cut = 0; cut < Math.Min(image.Length, 40); cut++)
                    Header(type, image[..cut]); // never throws
            }
        }
    }

    [Fact]
    public void A_recording_says_how_long_it_is()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), MediaLength.Find("audio/wav", Samples.Wav(3)));
        byte[] movie = [0, 0, 0, 108, .. "mvhd"u8, .. new byte[12], 0, 0, 0x03, 0xE8, 0, 0, 0x30, 0x39, .. new byte[80]];
        Assert.Equal(TimeSpan.FromMilliseconds(12_345), MediaLength.Find("video/mp4", movie));
        Assert.Null(MediaLength.Find("video/mp4", movie.AsSpan(0, 30)));
        Assert.Null(MediaLength.Find("audio/mpeg", movie));
    }

    [Fact]
    public async Task An_image_is_encoded_anew_upright_and_without_its_secrets()
    {
        using var pictures = new Pictures(NullLogger<Pictures>.Instance);
        Assert.True(pictures.Work);
        var photo = Samples.PhotoWithSecrets();
        Assert.True(photo.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Samples.Canary)) >= 0);
        var picture = (await pictures.Encode("image/jpeg", photo, CancellationToken.None))!;
        Assert.Equal((200, 300), (picture.Width, picture.Height));
        Assert.Equal(-1, picture.Bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Samples.Canary)));
        Assert.Equal(-1, picture.Bytes.AsSpan().IndexOf("Exif"u8));
        Assert.Equal(-1, picture.Bytes.AsSpan().IndexOf("script"u8));
        Assert.Null(picture.Thumb);
    }

    [Fact]
    public async Task Animations_stay_animations_and_large_images_get_a_small_picture()
    {
        using var pictures = new Pictures(NullLogger<Pictures>.Instance);
        var gif = (await pictures.Encode("image/gif", Samples.Gif(4), CancellationToken.None))!;
        Assert.Equal((40, 30), (gif.Width, gif.Height));
        using var read = NetVips.Image.GifloadBuffer(gif.Bytes, n: -1);
        Assert.Equal(120, read.Height);
        var large = (await pictures.Encode("image/jpeg", Samples.Jpeg(1600, 800), CancellationToken.None))!;
        Assert.Equal((480, 240), Header("image/webp", large.Thumb!));
    }

    [Fact]
    public async Task Damaged_images_and_claims_of_size_are_refused_by_the_decoder_too()
    {
        using var pictures = new Pictures(NullLogger<Pictures>.Instance);
        var jpeg = Samples.Jpeg(200, 200);
        Assert.Null(await pictures.Encode("image/jpeg", jpeg[..(jpeg.Length / 2)], CancellationToken.None));
        Assert.Null(await pictures.Encode("image/png", Samples.PngThatClaims(60_000, 60_000), CancellationToken.None));
        Assert.Null(await pictures.Encode("image/png", jpeg, CancellationToken.None));
        Assert.Null(await pictures.Encode("image/webp", [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBP"u8, .. new byte[100]], CancellationToken.None));
    }

    private static (int, int)? Header(string type, byte[] image) => ImageHeader.Read(type, new MemoryStream(image));
}
