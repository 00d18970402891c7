// tests/unit/jose/long_keys.hpp - private keys of tests that take long to make: a second each, half a minute under qemu
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace mcpawl::jose_tests {

/** PKCS #8 in base64, in lines; empty if there is none of this name. They protect nothing. */
inline std::string_view long_key(std::string_view name) {
  if (name == "pkcs1 3072") {
    return "MIIG/gIBADANBgkqhkiG9w0BAQEFAASCBugwggbkAgEAAoIBgQDcbWT0qiSPnwL6b13t1HJRATRIeZJs2wUP0sAizbBEVmlijMTnuQ0Zl4UImHmTe6an"
           "QXyn0ukKuIHgLLLXLK4+gbE0A3a11H0cxA/MgKnhhShbt/HvkIm1oaCzqRs0W/8BiIB7xjQDnqW2c1DPLjdKxyvRmPNbLJtHg2U/b01pt+0hZIT9hGmq"
           "bW/jKO0DlzY2UFSVyQG2NgQjsJZzu67MOrzSGRrV6v4pvK0WpmVvksKfVRSKtiwK08v1yonaUSujyJX+HMwbNm2X1D48XoKbXOoQEv/hwTeNihlibTA9"
           "z4naTluCV3+0btuBiLs1sgr0efNob1PZWGqTeCMgW9y4dAFFgcZSoIY623DgYBMJL4y2b0ge5sBFKaJRftmo/LQmL6bwwDBbu9/wxrnuasesqxqCB/Y9"
           "dP+LLZbKdX97rBRj4BfalfugJs7hrZBYsMNIMzGvskr7LoCro88ok+ZXYi6l6oy8xz2DtfATit8dCoZMA+0ElFbz3p1bbo27lMUCAwEAAQKCAYALkhcn"
           "Zq+roFUHhgVgC3Otaoru4P7S2v5dhxpnLp/kPnBNaDFFLqgQN1gYNuoZgqH2tqUkqW6/4tE3zhuHLa+/Ko9S4879RXhZzwrl7me8ewEUK3Lg40KZ97At"
           "WMug8yakKHZXc58zBMa9wzjd30Gvbwa5pmCOi9K3gsoI9ek84EGWK/t1KVhjRgJbt2rAR6rkrVEmBFqkJhq6hYr9lpUFixxyn4xn5+whOb0Q6s7OorK3"
           "qr98y9+Xo+guxfZ4MM7Tfobvr+1gkrV95JJ8BvTWGi3n2Gp93/MyxqX3jaSlj0tJMioYHQzOR6bd0YA46fMom9D6O2ZnbLr0+zsI9iYnEnKLrGCyVsjs"
           "NK3z4jQOvjeZ9AVAkv2XohfJg/CM6yBK4KYWx67JH58fPpI3wTQSldulsPg3HU67MlD0kHvLT9qBKyDRTNBOcULEmu/NiVQcnyNshMw6e1vBWyvz3PsA"
           "dah/UDyJfroOd9CLc4Js+eMhQSRLgEYwZS7aMYOixaECgcEA+Xn7pnK0hZ1z/0I+dlxO5RuADwNKFwm7ckINlpYIQct1VN15mMPxNUdMj9cG2yin51z/"
           "vG/v+5fgtIjT1JacyJmlA2WdHQ65z99dPRbTpiaaHQw4SCt4SOmciQv8cREjqPDu4sIdoOWlRdhAfo0PNXTZFPjLJ853Ww1M7KlJ8RS79xoG47KXVfmm"
           "HRT+Kzur1MGnWVbx+/SnyKglGR4gnUAfFoVMQ9LlQyJ10OCL1kQZVj2AfZTIxJpRnwAoCg5VAoHBAOIw9CU4oRdCYDtC9GfHX+wn1uvKvVLGyLZfqssv"
           "9KKpC34zmtzUCxFSNksTkdGst1vrohJ9FE4IyruJWPr94iuDkkMbn/v5Q/dflSPZ6ixbT9QXYQGQawznv12u+WH2wrTpasR/9aw7zL3uIUF5Za6rLnJP"
           "KOU96n1qO7yGvalgJ9Ffdh/hkrSlmL9oreyIbbBx+Jik43M4V10g2UyFxOzloGk6YAgyNF6mOq2Fb+CxD4V/9i84eyvgxayaafz8sQKBwQCxYtnbXT4c"
           "r3sWKf0N3c6/OxGQGy+oN+RPdsYAp8dROSDBagUW6WPuFTdMI4GdfUf9y3OPgiwqQbClzZCJXVo3jH/3bV4MljbqppC+aietwU7djp3KOxZ5CZqjG6Gw"
           "p5Yqfr3tAEde60rb4crh8Ny6js34CnsxX64gUNG8iRapU6vfJGN3rbnLiQpjLVUYWoJwcg3TCW5gT3Kpy10tge2AwmIYekljBGa9mJgbID5t6Nf3KR3e"
           "rVcf6/ZTTyIpHE0CgcA8HZql0dkun1uIJJFki5642xXJ8UZEG8T4g5CXFBXGrXr6faipDEosvlbjuT3GJktNSOD4XPnqi3emRCi7/IIB4qQa5dqtU2B2"
           "/JZcwuv0AgjDa7tCeSmacnVv5rMtEDJLdsYDl6apsfMGf6WjCyq1M5XSl6tc0gnibzuVLZJ207GBegehDYi6LlDcfmvLM69Dd+cEWr6AvvapL7PRHLRr"
           "6dOqY/Nl+kHk7fUmbRKA+04OwyWhAzfpP4IKD7gfnuECgcEAuZZeT2MGMBLTqRT4ayWqeuCI7HeIqM5lhoPJTvTkHLCvk/jZ1GaH284fe6Bmw/U1VUp5"
           "G7NotkuwE+b1vUvsvRD8hE2jzPEEdROnK37G/3bQPDyaSbPQlvkivSxAWYSWP7r/t65X3FqhDbj7RpOcab5SRZ0YFXo5eq88I6vzDWZ5TPJvygyEFQ6x"
           "HYIn5w/u82xa5P9U8HdxIwVW4M6tNCE+Yvo75x/1yzh7+kTlxEZD6CP4xE5zPY+dle2KZJW4";
  }
  if (name == "pkcs1 4096") {
    return "MIIJQwIBADANBgkqhkiG9w0BAQEFAASCCS0wggkpAgEAAoICAQDzR8xxNo3HXuWC4qW8EJ72I9TP05ERJCf64Cql8QkS4ZGhYfRjDoGo5Jqy3Lmr6c5M"
           "Lfw6pa/38Z6ynswJKfmUo9VhjUcPsUrU3Gc2FFTX2fVIBuWVR3kr76xnvG8CWyY1pCr03BBsjqX9Z5zGjFbPF6NOmAKzGUFxefpEZ3AsSQYKa1yLLMqW"
           "P7RhqsQdpfWasMKjfeEi/2M4IT5tyiVT5NyCqjgVCTugBfLrotHGsFjd07oZ144dBahLGFV9BVqLaqQ1s4QDcBEjKgmpNF7l4VJRi4KWvirvc2bOl+bl"
           "H4S4USprmXeUTRPhpRPN6+d+RR/XVGXNOug+w9vY26a/s1gUbFDsXtwqs2bTJWAvn4P3gBQjx2xHs14UNW7tIdnBSKkCLrPmm+DpH//bPiZxoB8GvqNd"
           "VVRdJM69DtplUTyrbOhDjYDXX6q5phqi8snIHUSqaMEFdBmOnmSbFPMjHguUg3yJM3sLfWIpa90U9Afr8aGjfJpAiHZI4LWVe5iFzOvlRBaRL0i7fPJs"
           "QCX9+V23hl0lY0J6Q8TgkVjh6JNnQHRb7qLIGrSAX/fc7I5LrXYrvFRa9hpTfd79CtqDx/fiMfgFrXU+WCRohuTifvlC4E6K/LnxvsyyjKyAKSQzrGAN"
           "87JhI02OxL4R2M/0IuDV17651T/GHEnJCd0q0QIDAQABAoICAAcuiH1TWqU/Arwd2h4KmNG7+i5iMNEyabx7CYFFc8LPHkYnCtCRix/38y3qbJAD1oFq"
           "1lxKG78wXqKn4861srKp0TzYb4eJ4KNW6BRZbm2Cl35HR1fkQLJMiJC1qCqH87Ff0b2RoUm+Ho3z9QWquw2RJWLWo5ZDTap2mw3xxobFJ1ivhY9tfKPJ"
           "uMbNFG3qYj0tQIq0Zqz6gHSlzRavQfG3gu+3zBDpaU1inZKpl2Mj3bS7OU5F3fHzAr5IRy5KFhuhY9x6uqACGvxoc1lvlIlZYO1rtpjB/4ka9VcOFoyv"
           "JPMuwLeFU9mQurB1p8dzgk2Ix31LJlf0GCrxq9vblKEbgxLCxedxe4gB/Omw1NI9K4sIXci/5siu9xa7fSk3pVdaVOqr23d9mN9XDe7cMi2IVVFtZmHe"
           "AWN8E9bXaMW5bXMJ/UFj2M4RM40P9r/ffeuYguZ0Cs/KVBTVy1usN7KOykBMw6fzAH1fr3xALUZ6wOBPoYdf1wsQrpSbQJbxEMk6uaWjRYwwGhv8f0eM"
           "gorqe0bZcns6vEZOkzHEbF8gju/Lz+9BJxMqwE/KWpFAQTh2UziVORQs1SI2jICJP5r3MAgwyHuU5riWoU/k2zqudjOdd4YTtIsrDEaUGZ7w52jMZTFL"
           "T3M1b8GFY4uvLOuBIPdVuKjHnrxW7ira9i9hAoIBAQD9j/0DZiCA2rN1nYkgDZYmGCL1MO+XqcyvN1948gJiHL5x2p5s/4cs45l2oRJspxN6xxrEe3gb"
           "zCO+Edomn2XLDYAx8LCcZHnwvma9zD6tcRRr8JXLDsPqoCsDa7UMEbNJmgNCnysgeP5UIOw0dbkWbnAH5QhrNdY2HwkWp0Tl/xtmJoph25QZEjfPbUpw"
           "n2XVeP/Syv2kIwR4uwXN88/HVbWDLNzSgIqwdbBZ723VEJmc3zVYwMfYHlZ7m8G04shtl1TC23DVGYy/OiHtuL+9N0wLpAibWH9gbMkddtv97crROqlP"
           "+nN0Rz6/6JrhEatVpq030yg2zk7HN/qE1wDxAoIBAQD1noGq37xGzrJ19XXzwWSBcnxSNk+cQBM6Giiyeo66iXbDOFhsaeNKlhNwu9ehJ2j+pqji5pnX"
           "Y/P4ZaXZdA1d2lr/hBT3hOS7FUaCNljs7OovWSm8suX+XSAJ7leQgIqVznx8NVMSGR3V0flKFzWe+yt6NhNoEs+APsf+oKtaR/D0ONTi4lBjTv2IDfZp"
           "kYmB23X/yzIDnXURlxyV8M/QK1iBZfRibVbmzb84wWvqLtyCT95a9EYG6UzZR+BoBOLSBURb/j1prED8qDYV5MB1V1YWgJMBihYJqdq2rYsoJcjn2Z9b"
           "TFlPED4FRYfxFrFDQvJB23EpzNS4hCb5ysfhAoIBAQDfVn1YChNlC714QmsutWjkYuwfpZvTrXchehd400lwG7tPU22puiTZUBuzFsrAsyUARvF30P0J"
           "FvUAjH7m+A1UHa8lzcfx6LpTZ5HdaVJnuKtxK7b05SuBtNROLgeI+uo9UQ/AFayJ7Kivd1Q2HN8LN/krqvuQWxo0D4AU2P5hyyLaBeZrrVmz/4zzAmPH"
           "8U5kCjDi/XMNqN5ebPT+49rGy+KWCOTz8M64AOF1ReQrAHUdbKlzZFJiNM6eD6I97mb1yI6bF2g5+0gyg0SxO8J/Kn6r3i7KjdecGhXHAxNghZvYUOAj"
           "FwmsiLhnlr0cs1CDn80A19ea9nsDFHZvnWUxAoIBAQCzAYE5GnQqGqw/gdQkAVcRbHGkrQZaNuyMVNJCOUXaNyMB5gezg3xuOHAUoiHlxkYkCSxeqXeH"
           "XcZJyzMTBxxSwTe+rvFk70qP+lJ3xcoLaiLGvTHI34z1U8Ns2XKh0rytr15UW7yeHQX8dlo7oCypIB6wo8aC++qUaazyKwCW/IVkSCMG869ooQHvbVWf"
           "3LydkmcuNFXQAqp2Vm4z7NxXt696Jubz8QH7lgl+AKF4fAyjQDgqi4qZsOAcHuEyjhUMwV/vt5vkbvCx8pnwXNXS7wLDxZLd9VhYVJ0cs+AOM3N3Xchh"
           "DoSsNYct6l3H3CT2g0zxqE+SCkEh9NY/CIWhAoIBABOPPRMh2EgZol/hch/TzWJksksSEYMNirE/i6QoinJ6JtjyPnk5c4XYdZXJKvMlP31aOjGiS1/4"
           "3Q9WD2ydUhNGUOnxxCi2mzvhq/mM9YBgg6N8LPRLP3s9e0cMqayj/PyLEHheSIiLChBDaM8ie8arhyyK2r9l1MDJ3FbTnt1aKtSJ1YWBT0XovcJDFVa4"
           "kE0/dg2UrDKiJ9qfC7Zn/ZeCK6lARObcoT7IGjSM3wYN4gHFzGnXL1nzVOGKmiBKsPhLZ0NJ3hcZobFR2ebSc7Ej4a8SGuDfc1d5XQMLx7hrwADAUdv9"
           "gwztIMJXDALwFv9PStyzLCu0sb6h//JvQ/E=";
  }
  if (name == "other 3072") {
    return "MIIG/gIBADANBgkqhkiG9w0BAQEFAASCBugwggbkAgEAAoIBgQDuIKdB9babJWz/szOKNrkiAu3elzbQ9A7AaK89kv3soxcwo98UEryY5TLt35mkBsBP"
           "qxElXw6JI7JmQzmTHREcONEM3o+zw871E4QX29FTcGyGvbJSAoGkwLEtyLPqiXCHEGR+IMWq8MmXJC+AySumdYn4Q4qEnHkpgNtfruCiKP00WFgAawMV"
           "lcoF7VCUjY1jg2yVTu/S6DD4ySGT30WUgzN4i37vKnpfSCEm17l9w1St51l6huWnWPnD6UbX21nem3GaAuH7QTFBxi6JFVnBKkt5p/sWxzSCtDDOalxE"
           "Qpfi+ufytwTzrxY2Qlc8CTkI1gyzxhQe0Yq3W79YmI55UWpvGOq1oO0fuJPEJFvUlaTsB60uAs2GvGKvG3RAalIrXvQ5ywrIBNit7s2Dd5KSr/sqodqr"
           "YBowqLVNZ1AyP4XlgGujRsAY9BNzX/uvrAO86xok0gaIXzovYCJocHcJ6O8YhGgZPtow2XoMTs7RMUIEixY+e+0uzipa8e2FpTsCAwEAAQKCAYAFwG45"
           "zRFTK4yeEwcLO/ZpRDKDQpGRJvSAqS8vecokrP5SgEaGa/ai0h6wbqjCAYbOfUkhXoU+hvPWJAis4H708B6EzVvMOAFSeX9vZUtFstZe5dyvE0mObPPh"
           "BrmDHRrONJ/sgGJYBTpHsv84NAXcUe7xw6+bVco2NjB4bwQU3QeXUVDz58Pu34Eb/5tUKJOGZU/18QPtl+haX97pp7/WdqaL/AE/6/UbMXcM3F2H6cDf"
           "0x6d3kHt/2yuDn8rDz2+PHaSxyc1QWit/IwWaK/3ovQKH/hyBY5X2GUrqW7I68QY90TDpFAChNTS5fVDnVtPrZey6CyssPFAPz0FcSRiaI9XP0ePcvhJ"
           "sSBnTqB4xzxdAiqB4oe1AXawi6bzHR8sAAhxTtUSYbMHK4jXj3IRe59wMg2BL0xKV7qO7vxnAzWDeAXeQRXK/vytBmsdoCLCohfMT1cv12PkRDCOoFj+"
           "m5uG0K2UQ2Z2ERBdU+oMWlowZZ+FQ9jufpMOxHoP750CgcEA+M56uLqNJcCwW76q5E+0pOy6gK7rXS3Y8jnUZ3YUE3z8RQU/sOB9Iy4RXyu2MAlWvjlr"
           "mkKslmdv339c99WkNhtHI0Xmkafcw7iciheS4dukS5auvKgeF0g31knrtTIZpPpJd9cjRCCgz1biEes0OT8XcOhBFzwjFWaWJTK4sn4cBlQHVK0z8kze"
           "Io8XAk+PSY9H3rJJTK/dPJIa9SUNggiKBkDKyFhIhX1Fg+9SXV28XZCvjGH/B/W2zyOlbKsnAoHBAPUDIlrcUHoVV09TztRp9qFdzoLcTSSLnJOF3hle"
           "09QXfs8qi9Bk3pxdF/eSB19hPzouJ9MdYfK/xdVOsbzr9K4WDhwIQPQ6UAetBPkY/NEdO8hhwzesP4uOEg8V5NaoF2U77uaIaUdFp2tVx2sN85TepupJ"
           "PFWtghbBAiO2k+497fxbt2R9AFh8/L5Vtszo/OfVMZ6BBqyC2hh/73AABQRlgJkcvjFXYG+VcxqqGPz3VMyIh7R72Q/WQRktYqURzQKBwCq1txdS3rvm"
           "Ud/N4SQEEqxk/rbsT/bU0fLyvmVsPZIC2IM4nXBNeO27ELxXkpS4Za2NyczXOS0wYGHrSRg6ElA/anzBmQzT1e+7FxQVa99dhtx650/3RAMXII6mbdHS"
           "4dgSJt5tjd46A6DT90bAK1zQWcPF+rZ0WkloLMoB5Pau8zya3A9LFCm5zD/+dCKvaZdlAx9VV4PUhJPLONlwHNt/f8IHCUhO71QK5w343Rit6JHfLmNY"
           "xyCkq1bvdYwr7QKBwQDXdn8iyjZXdicG0tvDfr/t3lG6UMPiTIhQT1wmkXbVQCg7RN4ZUGtXtKJcC+ZB4YI5xtcs190IHc97Ky4wxouxACI+Up/UZud0"
           "KJqD+I5z0zJ8oESN1AM51aFZ9NX+U2nnk9Iel32FuOJnCNNK+MTpePfudqMBcYlCO0+HWosy6vE7iOh5DVhdeOTG+Re9kXK+6YQuMKdO0++5teA5bTr8"
           "R8rUWyuCtqVO222S2F0LMPI4wCQe+v7C55bt7jSel00CgcEAvOfXxCC3zkv/sGzgp9fctLE474s4qT6OATcqKS3iO9ET1vBkg5lvbnT1UIawysnhwvsw"
           "DEFwxmL3gp6ULC0bYZKbbMpdebexIrthWGR95hO2yQWuiDm9JiiQq8bcidBYdBERYrpl53MExuLg8OQXcWJnlh1ZPVrcWBTFpPa6NT00igy7kGYNd48/"
           "QZedrAcqvpCYHE6MB/oanNI4jmyfKBJP8qnVXL9Log7vgCGYyRc/30iFVrl0wjl4kt912IhY";
  }
  if (name == "other 4096") {
    return "MIIJQQIBADANBgkqhkiG9w0BAQEFAASCCSswggknAgEAAoICAQDHOlc+vIFrnAihjaJU3ggpZpaEnqbzDmTZOKVMRdAvIvpimYJKFpXpZHZKRlJGm9Hd"
           "JzwqG8Isz3zDEFYOIPUjYtStFm95FyGIqN4bN8cpJDaeGddP67XemCmR60kyiITik2Xtihx67gZ151T/wxBT1yEZWHJjUKuWb3QalB4QtzCfrHir50Xi"
           "UsyCqPgfsJe7/b0DvVUj30NZYuuBYPR9yyDVSsf/5+7VghQTj7L91aOWSzWkgp3suk0o5/Rl8ME4GyltyAIOr0+fJO7+csV6UrTcoCfgqf3flFCGTBon"
           "VxZAcWdMuvm5vOyi5cODrXrTue3AZYp2vl/1neD+KsM5XVhWSUo5VBWm/z3+IEqO29bRZIDJyxEtK/wJK9AzypbqdY6O5HrmbuE7CBqklQ6WMQgqeNRA"
           "dSwEbrRQLXWkAWKMiFoAO6KuuIKB23Ky3KRGPIBTWCs13TMliqDn4bambGfKMxO9PW+syHHr5K1tzXberwNayRnj1b0NOBF0kOVGXfCKBEb3eBC5rLHG"
           "WPrNo0noW3Ild3JzFlpq+YPkxNjKEIK/OLX5MTy6sMz1BxABdMIwoPn1J5pWPueRYgFlwta3+4Kce35qIeJHlySITDZWPBAKxLlZa5HJ5ikuE1lqoJu3"
           "5ZV17wQQWcqNo2jEtrdT8B+ATDeae89H7UNNlQIDAQABAoICAAzr1T295xzuFUc5EuazMc9RloCKc6R+8f5+pIXiX0K3X4rmjuM0PMvS1rMxhWOL9pwD"
           "z+yhOUJDwME7/YDUFWISpl2Ff3xYijW9Ug5s2y9paFtvrJ3D2VtS/hs3KdurrAav7aPu2bMFXgjmlIY0BgqSANUOffjAAijzGJIiuiJ2ZyJsArWPfeJU"
           "YWw1/kW749Nu/QPRk0SM1eblugV9ns3Lz1jWDUulJMHXOmscXk0FPqNgRF3jlM+GM7vr81drOnTjmhfDKZL/PshBEnkRQ4qP86f9gSiajdsi2Ogk5mtX"
           "xBsw37TDya+It8ZG5ZvUNAuoWumoDEdwSHP7Jd0GM/wWrORPlfQQPGgcn532RNQWHmskEFgGfLl6B5cGlfGtSiF12KokagwZg4JqOrqgB71cVJ2RbgvS"
           "co6SGAzb4KwAVqjClvmPOBltUO9Sy8KiDVczSZIt5M3+tmGM9BmtqsDbXS+DQIxef0/OSblF5vTgcunc70PoaclkgMKH7nkvaomOwteZkjm+wbZekDsi"
           "a4oxAuJnnUAkrbNddZ24a5cY7om+tACRk3+mP1OAPgPxW/RctAoJkSBP1bFkoI67maHOVnTsVNvfdMsAYJEyAyAJGXHKKzDA1O1vvziTJ58YhEfk/b8I"
           "7k1lr9y8CLlhUgUDU6RpdlpFqKQJQ6x8YZfPAoIBAQDh5XYcDskYwj/1/UCcmkJ3SYhr1OecgyeWoIm5bFJqaIjHAcchJ50KFnJPlfrP/6YMPSqay33E"
           "0+8/D0dO23zo2retWGJCHJS9bTa3f8n3yM6p5AFd01VelUYbkv5Z0iHZj36HL/3tyTlgEXxsVUQ4VaursJF7MNQM93miXsTkJDYSbqwAaWADnqdL15y2"
           "GWNtTrqBIRYqeZpJU3onTpKfIX54eY6AJy33dGK4eBofbtSv0t0Pi2oiGawZP3g4W8Cz6uycenygcD6I/WwJAImKtbFnA/L//1rR6x2bGpUSKigvKgmD"
           "tWUbCKOw4i24b8oYqR+J+iaZXqdVwhh+OATfAoIBAQDhxxNXhs4WBCa9n2I+1JCDmWfHd0TQ0xsR0KNsMD+9Ps8OwcgmVD/fvc8mm1FW0Zop6e7KNlaM"
           "qoi5j1r3BdkZg8KXYtEBpSPsbQmg22zOF7XPk0m6kAQtxI22zqJyCK73mqjRcDEzLnU9GdgjnpzVvLCRXSeziKXiuJCuqY372bqKyHaMWmz3Bd09jWuE"
           "TeERcry21TcOOUIhYLrqKRA56hZOuSkoVliv3IkFlKfec3LGapldvwPm4FLMAooUwYk8E483S1Opv6Kgx5zK6/MttCVKy2mWT1BwmJchZbuY79/sa+2F"
           "XAaXA/tJU/o//aBnoUSA9i11126usliYr+gLAoIBAGZcdQ23wXY/p34POTT9TbsCDhhWzHEGmWzO6DmmlR30qm4LJzGl4qpMi5X2r0WLYbHQEbs9FIuZ"
           "QaNAiB56pPpbCbo5/6RXkSrZD19NP7bRPpyLXfcnKVsHp1IdZLZM2tvcAwi9PYJ/mUkoA0qPxK8GWxkclH/PG3eYuHxUF0IOCpaFodk55rEdNk/Orwtx"
           "K7W/ZBHZbVLn8Xriocqn9xa2tblf06vMlS65hXZzrdqqfSQDF/rQQNKc8XgrY42ePg8JGBi8BDcrRZsLwuW9YZYCSRYWGwnXq07ODIdZH02w3q6ojNEq"
           "5FrAqnQfuXoG5fwQvuLmAJGk64yXvEONnN8CggEALC7CCTnXMJXFYwxCtJryYN5vYahkbh0xye2zXWOfxY/6AyBG48FO8qD5Xcu9QikoaxVdZnL1wvdI"
           "ZE+6dGbPkl+nf+qVjiXb/tNjs/fctgQLz0A6iGjQeIhjVyfewEQUwV2htcKnziVESh25n1bVyDnxr7C0KT0PgWuu3I9Pur5j8+7AzDyR4FFkdzwqkyyO"
           "Y9S5O2pEKONpnpCIY3R/uWWm0ecIN92V42xb4By0MSMUjeGke6T6xX6WlVfV37P0AC6vsxlpmOlokOAfPdKotwPu3FEsK37/9djWknGPIaGnh2Ojipp0"
           "q67ayQHHEii28DCt8DK8uLfc8BD0p4Sc+wKCAQBaIxkPl8hSsjmRfSu+SfLr4yPMp/6nvv91hGI8rT3ahjgol04OV+K4yfssKZOh+kaiP+QclydDaBi0"
           "drxRTdqDyaFPGl8xB9XWyDlGZzC9oY2srjJUUpQ2XQ0m5s1sbu48iSMR10kF1LaY7g2HzSrdfvdTR4mKWzUdpKuijae/kXuss9boqV8L05kvH/NS8eEG"
           "7naf+wQweDxenm3HHopo055HHbLOo0SRo74VTYgdUCnaOwJazrnhpJjPBot83Q1dK7SWu/yqAWY2m6N//N5cSWT+iuuCIk/g5+6i0RPp/hFNQ0FpRYJQ"
           "VEP5bJFy1LqDTkBFCAlHaDH8i2K0Wdip";
  }
  return {};
}

}  // namespace mcpawl::jose_tests
