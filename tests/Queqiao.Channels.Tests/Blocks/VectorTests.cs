using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Tests.Blocks;

/// <summary>Signatures and ciphertexts as the providers and their SDKs publish them.</summary>
public class VectorTests
{
    [Theory] // https://github.com/wechatpy/wechatpy (tests/test_utils.py) and https://open.weibo.com/wiki/新手接入指南
    [InlineData("test", "1410685589", "test", "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff")]
    [InlineData("xyz123xyz", "1397022061823", "57155157", "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1")]
    public void Addresses_of_the_WeChat_family(string token, string timestamp, string nonce, string signature) => Assert.Equal(signature, WeChatCipher.Sign(token, timestamp, nonce));

    [Theory] // https://github.com/wechatpy/wechatpy (tests/test_crypto.py), https://github.com/sbzhu/weworkapi_python (callback/Sample.py), https://github.com/open-dingtalk/DingTalk-Callback-Crypto
    [InlineData("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a", "1411443780", "437374425", "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==", "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "5927782489442352469")]
    [InlineData("hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "ww1436e0e65a779aee", "1476416373", "47744683", "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==", "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb", "1288432023552776189")]
    [InlineData("mryue", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "ding6ccabc44d2c8d38b", "1608001896814", "WL4PK6yA", "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3", "03044561471240d4a14bb09372dfcfd4fd0e40cb", "{\"EventType\":\"check_url\"}")]
    public void Sealed_texts_of_the_WeChat_family(string token, string key, string receiver, string timestamp, string nonce, string sealedText, string signature, string plain)
    {
        var cipher = WeChatCipher.From(token, key)!;
        Assert.True(cipher.IsSigned(timestamp, nonce, sealedText, signature));
        Assert.False(cipher.IsSigned(timestamp, nonce + "0", sealedText, signature));
        var opened = cipher.Open(sealedText)!.Value;
        Assert.Equal((plain, receiver), (Encoding.UTF8.GetString(opened.Message), opened.Receiver));
    }

    [Fact] // https://github.com/Wechat-Group/WxJava (WxCryptUtilTest.java)
    public void What_we_seal_is_what_others_seal()
    {
        var cipher = WeChatCipher.From("pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")!;
        Assert.Equal("jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==", cipher.Seal("我是中文abcd123", "wxb11529c136998cb6", "aaaabbbbccccdddd"u8.ToArray()));
    }

    [Fact]
    public void Any_length_comes_back_and_any_damage_is_noticed_or_harmless()
    {
        var cipher = WeChatCipher.From("t", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")!;
        for (var length = 0; length < 100; length++)
        {
            var text = new string('x', length);
            Assert.Equal(text, Encoding.UTF8.GetString(cipher.Open(cipher.Seal(text, "id"))!.Value.Message));
        }
        var bytes = Convert.FromBase64String(cipher.Seal("hello", "id"));
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x55;
            _ = cipher.Open(Convert.ToBase64String(bytes));
            bytes[at] ^= 0x55;
        }
        Assert.Null(cipher.Open(""));
        Assert.Null(cipher.Open("AAAA"));
        Assert.Null(cipher.Open("not base64!"));
        Assert.Null(WeChatCipher.From("t", "short"));
    }

    [Theory] // RFC 8032, 7.1
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Ed25519_signs_and_verifies(string seed, string publicKey, string message, string signature)
    {
        var (secret, text) = (Convert.FromHexString(seed), Convert.FromHexString(message));
        Assert.Equal(publicKey, Convert.ToHexStringLower(Ed25519.PublicKey(secret)));
        Assert.Equal(signature, Convert.ToHexStringLower(Ed25519.Sign(secret, text)));
        Assert.True(Ed25519.Verify(Convert.FromHexString(publicKey), text, Convert.FromHexString(signature)));
        for (var at = 0; at < 64; at += 7)
        {
            var wrong = Convert.FromHexString(signature);
            wrong[at] ^= 1;
            Assert.False(Ed25519.Verify(Convert.FromHexString(publicKey), text, wrong));
        }
        Assert.False(Ed25519.Verify(Convert.FromHexString(publicKey), [.. text, 0], Convert.FromHexString(signature)));
        Assert.False(Ed25519.Verify(new byte[31], text, Convert.FromHexString(signature)));
        Assert.False(Ed25519.Verify(Enumerable.Repeat((byte)0xFF, 32).ToArray(), text, Convert.FromHexString(signature)));
    }

    [Fact] // https://github.com/tencent-connect/bot-docs (event-emit.md, sign.md)
    public void Ed25519_as_QQ_uses_it()
    {
        Assert.Equal("d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a", Convert.ToHexStringLower(Ed25519.PublicKey("naOC0ocQE3shWLAfffVLB1rhYPG7naOC"u8)));
        Assert.Equal("87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706",
            Convert.ToHexStringLower(Ed25519.Sign("DG5g3B4j9X2KOErGDG5g3B4j9X2KOErG"u8, "1725442341Arq0D5A61EgUu4OxUvOp"u8)));
    }

    [Theory] // https://github.com/line/line-bot-sdk-python (tests/v3/test_webhook.py)
    [InlineData("channel_secret", "bodybodybodybody", "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k=", true)]
    [InlineData("channel_secret", "bodybodybodybody", "invalid_signature", false)]
    [InlineData("", "bodybodybodybody", "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k=", false)]
    public void HMAC_in_base64(string secret, string body, string signature, bool isRight) => Assert.Equal(isRight, Signature.HmacSha256Base64(secret, Encoding.UTF8.GetBytes(body), signature));

    [Fact] // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries: the same construction as Meta's
    public void HMAC_in_hex() => Assert.True(Signature.HmacSha256Hex("It's a Secret to Everybody", "Hello, World!"u8, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));

    [WithSamplesFact]
    public void All_published_envelopes_open()
    {
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Samples!, "index.json")))!;
        var seen = 0;
        foreach (var vector in index["vectors"]!.AsArray().Select(vector => vector!).Where(vector => vector["encoding_aes_key"] is not null && vector["ciphertext"] is not null && (string)vector["channel"]! is "wechat_mp" or "wecom"))
        {
            seen++;
            var cipher = WeChatCipher.From((string?)vector["token"] ?? "", (string)vector["encoding_aes_key"]!)!;
            var opened = cipher.Open((string)vector["ciphertext"]!)!.Value;
            Assert.Equal((string)vector["plaintext"]!, Encoding.UTF8.GetString(opened.Message));
            Assert.Equal((string)vector["receive_id"]!, opened.Receiver);
            if (vector["expected_signature"] is { } signature)
                Assert.True(cipher.IsSigned((string)vector["timestamp"]!, (string)vector["nonce"]!, (string)vector["ciphertext"]!, (string)signature!));
        }
        Assert.InRange(seen, 5, 100);
    }

    [Fact]
    public void A_JWT_does_not_choose_its_own_algorithm()
    {
        var token = CompactJwt.Make("""{"alg":"HS256"}""", """{"a":1}""", text => HMACSHA256.HashData("k"u8, text));
        Assert.True(Jwt.Read(token)!.IsHs256("k"));
        Assert.False(Jwt.Read(token)!.IsHs256("other"));
        Assert.False(Jwt.Read(CompactJwt.Make("""{"alg":"none"}""", "{}", _ => []))!.IsHs256("k"));
        using var rsa = RSA.Create(2048);
        Assert.False(Jwt.Read(token)!.IsRs256(rsa));
        Assert.Null(Jwt.Read("a.b"));
        Assert.Null(Jwt.Read("é.é.é"));
    }
}
